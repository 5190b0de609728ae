// What dispatch asks CPython about types and dicts: has this one changed since I looked?
//
// CPython gives each type, and in 3.11 each dict, a number that changes with every change to it;
// from 3.12 on it tells watchers of dicts. Zero from here means that there is no such number just
// now, so that nothing may be concluded.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdint>

namespace cruet::binding {

// What a type or its bases define under a name, without calling descriptors; borrowed, null where
// there is none.
inline PyObject* type_lookup(PyObject* type, PyObject* name) noexcept {
    return _PyType_Lookup(reinterpret_cast<PyTypeObject*>(type), name);
}

// Changes whenever an attribute of the type or of one of its bases is set or deleted.
inline std::uint64_t type_version(PyObject* type) noexcept {
    auto* const t = reinterpret_cast<PyTypeObject*>(type);
#if PY_VERSION_HEX < 0x030D0000
    if (!(t->tp_flags & Py_TPFLAGS_VALID_VERSION_TAG)) return 0;
#endif
    return t->tp_version_tag;
}

#if PY_VERSION_HEX >= 0x030C0000
namespace detail {
// One count for all watched dicts: they change so seldom that it need not be known which of them
// did. The GIL guards it.
inline std::uint64_t watched_changes = 1;

inline int count_change(PyDict_WatchEvent, PyObject*, PyObject*, PyObject*) {
    ++watched_changes;
    return 0;
}

// The number of this watcher, -1 where the interpreter has no room for one more.
inline int dict_watcher() noexcept {
    static const int id = [] {
        const int added = PyDict_AddWatcher(count_change);
        if (added < 0) PyErr_Clear();
        return added;
    }();
    return id;
}
}  // namespace detail
#endif

// The object's __dict__, of whose changes dict_version tells from now on; a new reference, or null
// and an exception. Up to CPython 3.11 dicts count their changes without being asked.
inline PyObject* watched_dict(PyObject* object) {
    PyObject* dict = PyObject_GenericGetDict(object, nullptr);
#if PY_VERSION_HEX >= 0x030C0000
    const int id = detail::dict_watcher();
    if (dict == nullptr || id < 0) return dict;
#if PY_VERSION_HEX >= 0x030D0000
    // What is stored in the values that lie within an object is not told to watchers: it gets a
    // dict with a table of its own.
    if (reinterpret_cast<PyDictObject*>(dict)->ma_values != nullptr) {
        PyObject* const apart = PyDict_New();
        const bool done = apart != nullptr && PyDict_Update(apart, dict) == 0 &&
                          PyObject_SetAttrString(object, "__dict__", apart) == 0;
        Py_DECREF(dict);
        dict = apart;
        if (!done) Py_CLEAR(dict);
        if (!done) return dict;
    }
#endif
    if (PyDict_Watch(id, dict) < 0) Py_CLEAR(dict);
#endif
    return dict;
}

// Changes whenever a key of the dict, which is watched, is set or deleted.
inline std::uint64_t dict_version(PyObject* dict) noexcept {
#if PY_VERSION_HEX >= 0x030C0000
    (void)dict;
    return detail::dict_watcher() < 0 ? 0 : detail::watched_changes;
#else
    return reinterpret_cast<PyDictObject*>(dict)->ma_version_tag;
#endif
}

// What was set on an object itself; borrowed, null where there is no dict yet.
inline PyObject* instance_dict(PyObject* object) noexcept {
    PyObject** const dict = _PyObject_GetDictPtr(object);
    return dict == nullptr ? nullptr : *dict;
}

// Whether a plain function is an `async def`; -1 where only inspect.iscoroutinefunction can tell.
inline int is_coroutine_function(PyObject* function) noexcept {
    if (PyCFunction_Check(function)) return 0;
    if (!PyFunction_Check(function)) return -1;
    auto* const code = reinterpret_cast<PyCodeObject*>(PyFunction_GET_CODE(function));
    if (code->co_flags & CO_COROUTINE) return 1;
#if PY_VERSION_HEX >= 0x030C0000
    // inspect.markcoroutinefunction leaves its mark in the function's dict.
    auto* const attributes = reinterpret_cast<PyFunctionObject*>(function)->func_dict;
    if (attributes != nullptr && PyDict_GET_SIZE(attributes) != 0) return -1;
#endif
    return 0;
}

// Whether a Host field is plain ASCII labels, perhaps with a port, of which nobody need ask whether
// they are valid (RFC 9110 section 7.2). Anything else is left to the full grammar.
inline bool plain_host(const char* host, std::size_t size) noexcept {
    std::size_t label = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const char c = host[i];
        if (c == '.' || c == ':') {
            if (label == 0) return false;
            label = 0;
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                   (c >= 'A' && c <= 'Z')) {
            if (++label > 63) return false;
        } else {
            return false;
        }
    }
    return label != 0;
}

}  // namespace cruet::binding
