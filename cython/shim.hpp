#pragma once
// Everything in C++ that must see Python.h: instantiates the header templates once for the binding
// and maps their errors to Python's exceptions. Nothing else in the project includes Python.h.

#include <Python.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/core/error.hpp"
#include "cruet/core/result.hpp"
#include "cruet/core/version.hpp"
#include "cruet/http/status.hpp"

namespace cruet::shim {

inline std::string cruet_version() { return std::string(cruet::version); }

// Carries an error from unwrap() to the handler that Cython calls; never leaves the binding.
struct failure : std::exception {
    explicit failure(error e) noexcept : what_failed(e) {}
    const char* what() const noexcept override { return what_failed.message().data(); }
    error what_failed;
};

// The value, or a Python exception (through raise_failure).
template <class T>
T unwrap(result<T> r) {
    if (!r) throw failure(r.error());
    return std::move(r).value();
}
inline void unwrap(result<void> r) {
    if (!r) throw failure(r.error());
}

// The value, or none: for callers to whom any fault is the same.
template <class T>
std::optional<T> value_of(result<T> r) {
    if (!r) return std::nullopt;
    return std::move(r).value();
}

// Thrown where Python's exception is set already.
struct python_error {};

// The UTF-8 of a str, which owns it. Throws python_error for a lone surrogate or another type.
inline std::string_view text_view(PyObject* text) {
    if (PyUnicode_Check(text) && PyUnicode_IS_COMPACT_ASCII(text)) {
        return {reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)),
                static_cast<std::size_t>(PyUnicode_GET_LENGTH(text))};
    }
    Py_ssize_t size = 0;
    const char* data = PyUnicode_AsUTF8AndSize(text, &size);
    if (data == nullptr) throw python_error{};
    return {data, static_cast<std::size_t>(size)};
}

inline PyObject* input_error = nullptr;

// The class InputError(message, code, offset, status), kept for good.
inline void set_input_error(PyObject* type) noexcept {
    Py_INCREF(type);
    Py_XDECREF(input_error);
    input_error = type;
}

// Sets the Python exception for an error. The GIL is held.
inline void set_exception(error e) noexcept {
    if (e.code == errc::out_of_memory) {
        PyErr_NoMemory();
        return;
    }
    const std::string_view message = e.message();
    PyObject* raised = PyObject_CallFunction(
        input_error, "s#ini", message.data(), static_cast<Py_ssize_t>(message.size()),
        static_cast<int>(e.code), static_cast<Py_ssize_t>(e.offset), http::status_of(e.code));
    if (raised == nullptr) return;
    PyErr_SetObject(input_error, raised);
    Py_DECREF(raised);
}

// Cython's exception handler: called in a catch block, with the GIL.
inline void raise_failure() {
    try {
        throw;
    } catch (const python_error&) {
    } catch (const failure& f) {
        set_exception(f.what_failed);
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& e) {
        PyErr_SetString(PyExc_RuntimeError, e.what());
    }
}

// A str of ASCII bytes, copied; NULL with an exception for want of memory.
inline PyObject* ascii_text(const char* data, std::size_t size) noexcept {
    // Python keeps the strings of one character.
    if (size == 1) return PyUnicode_DecodeLatin1(data, 1, nullptr);
    PyObject* text = PyUnicode_New(static_cast<Py_ssize_t>(size), 127);
    if (text != nullptr && size > 0) std::memcpy(PyUnicode_1BYTE_DATA(text), data, size);
    return text;
}

// The strs of short names that come again and again, as those of cookies and query parameters do:
// the last one of each hash, so that what clients send takes up no more memory than this.
class name_cache {
public:
    // A str of ASCII bytes; NULL with an exception for want of memory. The GIL is held.
    PyObject* text(const char* data, std::size_t size) noexcept {
        if (size < 2 || size > longest) return ascii_text(data, size);
        PyObject*& known = slots_[slot_of(data, size)];
        if (known != nullptr && static_cast<std::size_t>(PyUnicode_GET_LENGTH(known)) == size &&
            std::memcmp(PyUnicode_1BYTE_DATA(known), data, size) == 0) {
            Py_INCREF(known);
            return known;
        }
        PyObject* made = ascii_text(data, size);
        if (made == nullptr) return nullptr;
        Py_INCREF(made);
        PyObject* old = std::exchange(known, made);
        Py_XDECREF(old);
        return made;
    }

private:
    static constexpr std::size_t longest = 32;
    static constexpr int slot_bits = 8;

    // Of the length and of the first and the last bytes.
    static std::size_t slot_of(const char* data, std::size_t size) noexcept {
        std::uint64_t ends = 0;
        if (size >= 8) {
            ends = load<std::uint64_t>(data) ^ (load<std::uint64_t>(data + size - 8) << 7);
        } else if (size >= 4) {
            ends = load<std::uint32_t>(data) | std::uint64_t{load<std::uint32_t>(data + size - 4)}
                                                   << 32;
        } else {
            ends = load<std::uint16_t>(data) | std::uint64_t{load<std::uint16_t>(data + size - 2)}
                                                   << 16;
        }
        return static_cast<std::size_t>((ends ^ size) * 0x9E3779B97F4A7C15U >> (64 - slot_bits));
    }
    template <class Number>
    static Number load(const char* data) noexcept {
        Number number;
        std::memcpy(&number, data, sizeof number);
        return number;
    }

    std::array<PyObject*, std::size_t{1} << slot_bits> slots_{};
};

inline name_cache names;

inline PyObject* name_text(const char* data, std::size_t size) noexcept {
    return names.text(data, size);
}

}  // namespace cruet::shim
