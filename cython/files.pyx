# Files as answers: which of them the server can send by itself, and what of them.

from lib_server cimport respond_file

import io as _io
import stat as _stat


cdef object _own_file(file):
    """The file whose descriptor holds what ``file`` reads, from its position on; None where that is not sure.

    Much that has a ``fileno()`` gives other bytes than the descriptor does, as gzip's files do: only the standard
    library's own kinds are known not to.
    """
    kind = type(file)
    if kind.__module__ == "tempfile":
        # Of a spooled one that is still in memory this is no file.
        file = getattr(file, "_file" if kind.__name__ == "SpooledTemporaryFile" else "file", None)
        kind = type(file)
    if kind is _io.FileIO:
        return file
    if (kind is _io.BufferedReader or kind is _io.BufferedRandom) and type(file.raw) is _io.FileIO:
        return file
    return None


cdef tuple _file_part(iterable):
    """The descriptor, offset and size of the part of a regular file that an iterable would give; or None."""
    cdef long long start = 0, at, size
    wanted = None
    if type(iterable).__name__ == "_RangeWrapper":
        from cruet.toolkit.wsgi import _RangeWrapper

        if type(iterable) is not _RangeWrapper or iterable.read_length or iterable.end_reached:
            return None
        # It skips bytes from where the file stands, or goes to their place in the file.
        start, wanted = iterable.start_byte, iterable.byte_range
        goes = iterable.seekable and start > 0
        iterable = iterable.iterable
    else:
        goes = False
    if type(iterable) is FileWrapper:
        file = (<FileWrapper>iterable).filelike
    else:
        file = _file_of_toolkit(iterable)
    file = _own_file(file)
    if file is None or file.closed:
        return None
    if type(file) is _io.BufferedRandom:
        file.flush()
    status = _os.fstat(file.fileno())
    # Files of size 0 may have content all the same, as those of /proc have.
    if not _stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return None
    at = start if goes else file.tell() + start
    size = max(0, status.st_size - at)
    if wanted is not None:
        size = min(size, max(0, <long long>wanted))
    return file.fileno(), at, size


cdef object _file_of_toolkit(iterable):
    if type(iterable).__name__ != "FileWrapper":
        return None
    from cruet.toolkit.wsgi import FileWrapper as OfToolkit

    return iterable.file if type(iterable) is OfToolkit else None
