// How much of each part of a request is accepted. Sizes are bytes; 0 means no limit only where the
// member says so. The defaults are those of the command `cruet run`.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cruet {

struct limits {
    // Method, target and version with their spaces: 414 beyond.
    std::size_t request_line = 8190;
    // One field, name and value: 431 beyond.
    std::size_t field_size = 8190;
    // Fields of one header section: 431 beyond.
    std::size_t field_count = 100;
    // The whole head, request line and fields: 431 beyond.
    std::size_t head_size = 65536;
    // Content after decoding of the transfer coding: 413 beyond. 0: none.
    std::uint64_t body_size = 0;
    // Chunk extensions of one message, all together: 400 beyond.
    std::size_t chunk_extension = 1024;
    // The trailer section of a chunked message: 431 beyond.
    std::size_t trailer_size = 8190;

    friend constexpr bool operator==(const limits&, const limits&) noexcept = default;
};

// Limits of one multipart/form-data body (RFC 7578), enforced while it streams in.
struct form_limits {
    // Parts, fields and files together: 413 beyond. 0: none.
    std::size_t parts = 1000;
    // Bytes of all non-file fields together: 413 beyond. 0: none.
    std::size_t memory = 500000;
    // The header section of one part.
    std::size_t part_head = 16384;

    friend constexpr bool operator==(const form_limits&, const form_limits&) noexcept = default;
};

}  // namespace cruet
