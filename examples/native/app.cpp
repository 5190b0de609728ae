#include "app.hpp"

#include <stdexcept>
#include <variant>

namespace native {

app::app() {
    const auto add = [&](std::string path, endpoint to, std::string method) {
        if (!routes_.add(
                {.path = std::move(path), .endpoint = to, .methods = {std::move(method)}})) {
            throw std::logic_error("a route of the application is malformed");
        }
    };
    add("/", index, "GET");
    add("/hello/<name>", hello, "GET");
    add("/square/<int(signed=True):n>", square, "GET");
    add("/count/<int(max=10000000):last>", count, "GET");
    add("/files", upload, "POST");
    add("/files", list, "GET");
    add("/files/<path:name>", download, "GET");
}

void app::handle(exchange_ptr x) {
    // Routes are matched against the decoded path, which must stay alive as long as the match.
    const std::string path = cruet::url::unquote(x->head().path());
    const match found = routes_.match(path, x->head().method());
    if (found.status == routing::match_status::found) {
        answer(*x, found);
    } else {
        refuse(*x, found);
    }
}

void app::answer(exchange& x, const match& found) {
    const auto number = [&](std::string_view name) {
        return std::get<std::int64_t>(*found.find(name));
    };
    const auto word = [&](std::string_view name) {
        return std::get<std::string_view>(*found.find(name));
    };
    switch (*found.endpoint) {
    case index: return text(x, 200, "Hello, World!");
    case hello: return json(x, 200, json_object().add("hello", word("name")).text());
    case square: {
        const auto n = static_cast<double>(number("n"));
        return json(x, 200, json_object().add("n", number("n")).add("square", n * n).text());
    }
    case count: return start_count(x, number("last"));
    case upload: return take_upload(x);
    case list: return json(x, 200, describe_files());
    default: return send_file(x, word("name"));
    }
}

void app::refuse(exchange& x, const match& found) {
    if (found.status == routing::match_status::redirect) {
        const http::field to{"Location", found.location};
        (void)x.respond(308, {}, {&to, 1}, {});
    } else if (found.status == routing::match_status::method_not_allowed) {
        std::string methods;
        for (const std::string_view m : found.allowed) {
            if (!methods.empty()) methods += ", ";
            methods += m;
        }
        const http::field allow{"Allow", methods};
        (void)x.respond(405, {}, {&allow, 1}, "Method Not Allowed\n");
    } else {
        json(x, 404, json_object().add("error", "nothing is here").text());
    }
}

// ---- a stream, as fast as the client reads it ----

void app::start_count(exchange& x, std::int64_t last) {
    const http::field type{"Content-Type", "text/plain; charset=utf-8"};
    if (!x.start(200, {}, {&type, 1}, std::nullopt)) return;
    counting_[&x] = {1, last};
    stream(x);
}

void app::stream(exchange& x) {
    progress& at = counting_[&x];
    while (at.next <= at.last) {
        std::string piece;
        while (at.next <= at.last && piece.size() < 8192) piece += std::to_string(at.next++) + "\n";
        const write_state state = x.write(piece);
        if (state == write_state::full) return;  // writable() goes on
        if (state == write_state::gone) return;  // gone() follows
    }
    counting_.erase(&x);
    x.finish();
}

// ---- files ----

void app::take_upload(exchange& x) {
    const auto type = http::parse_options(x.head().find("content-type").value_or(""));
    const auto boundary = type.find("boundary");
    if (type.value != "multipart/form-data" || !boundary) {
        return json(x, 415, json_object().add("error", "send multipart/form-data").text());
    }
    auto form = read_upload(x, *boundary);
    if (!form) {
        const int status = http::status_of(form.error().code);
        return json(x, status, json_object().add("error", form.error().message()).text());
    }
    for (auto& [name, file] : *form) {
        upload_file& kept = files_[name];
        stored_ += file.data.size() - kept.data.size();
        kept = std::move(file);
    }
    json(x, 201, describe_files());
}

// Reads the content piece by piece, from memory or from the file it was spooled to.
result<std::map<std::string, app::upload_file>> app::read_upload(exchange& x,
                                                                 std::string_view boundary) {
    std::map<std::string, upload_file> out;
    upload_file* current = nullptr;
    std::size_t total = stored_;
    http::multipart_decoder decoder(boundary);
    char piece[16384];
    for (;;) {
        const auto event = decoder.next();
        if (!event) return event.error();
        switch (*event) {
        case http::multipart_event::need_data: {
            const auto n = x.body().read(piece, sizeof piece);
            if (!n) return n.error();
            if (*n > 0) decoder.receive({piece, *n});
            if (*n == 0) decoder.finish();
            break;
        }
        case http::multipart_event::field: current = nullptr; break;
        case http::multipart_event::file:
            current = &out[*decoder.part().filename];
            current->type = decoder.part().find("content-type").value_or("");
            break;
        case http::multipart_event::data:
            total += decoder.data().size();
            if (total > store_limit) return cruet::errc::body_too_large;
            if (current) current->data += decoder.data();
            break;
        case http::multipart_event::preamble: break;
        case http::multipart_event::epilogue: return out;
        }
    }
}

void app::send_file(exchange& x, std::string_view name) {
    const auto found = files_.find(std::string(name));
    if (found == files_.end()) {
        return json(x, 404, json_object().add("error", "no such file").text());
    }
    const upload_file& file = found->second;
    // What strangers uploaded is never shown in place, and never as what they say it is.
    const http::field fields[] = {{"Content-Type", "application/octet-stream"},
                                  {"Content-Disposition", "attachment"},
                                  {"X-Content-Type-Options", "nosniff"}};
    (void)x.respond(200, {}, fields, file.data);
}

std::string app::describe_files() const {
    std::string all = "[";
    for (const auto& [name, file] : files_) {
        if (all.size() > 1) all += ", ";
        all += json_object()
                   .add("name", name)
                   .add("type", file.type)
                   .add("size", static_cast<std::int64_t>(file.data.size()))
                   .text();
    }
    return json_object().add_json("files", all + "]").text();
}

}  // namespace native
