#pragma once
// Everything in C++ that must see Python.h: instantiates the header templates once for the binding
// and maps their errors to Python's exceptions. Nothing else in the project includes Python.h.

#include <Python.h>

#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
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

}  // namespace cruet::shim
