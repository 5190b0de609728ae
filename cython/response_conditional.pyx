# Answers to conditional and range requests (RFC 9110 sections 13 and 14).


cdef object _make_conditional(object response, object environ, object accept_ranges,
                              object complete_length):
    http = _toolkit("http")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return response
    headers = response.headers
    if "Date" not in headers:
        headers["Date"] = http.http_date()
    ranged = response._process_range_request(environ, complete_length, accept_ranges)
    if not ranged and not http.is_resource_modified(
            environ, headers.get("ETag"), None, headers.get("Last-Modified")):
        response.status_code = 412 if http.parse_etags(environ.get("HTTP_IF_MATCH")) else 304
    if response.automatically_set_content_length and "Content-Length" not in headers:
        length = response.calculate_content_length()
        if length is not None:
            headers["Content-Length"] = str(length)
    return response


cdef bint _range_is_wanted(object response, object environ) except -1:
    # If-Range holds the range back unless the client has this very resource.
    if "HTTP_RANGE" not in environ:
        return False
    if "HTTP_IF_RANGE" not in environ:
        return True
    return not _toolkit("http").is_resource_modified(
        environ, response.headers.get("ETag"), None, response.headers.get("Last-Modified"),
        ignore_if_range=False)


cdef object _answer_range(object response, object environ, object complete_length,
                          object accept_ranges):
    exceptions = _toolkit("exceptions")
    if not accept_ranges:
        return False
    response.headers["Accept-Ranges"] = "bytes" if accept_ranges is True else accept_ranges
    if not complete_length or not response._is_range_request_processable(environ):
        return False
    wanted = _toolkit("http").parse_range_header(environ.get("HTTP_RANGE"))
    if wanted is None:
        raise exceptions.RequestedRangeNotSatisfiable(complete_length)
    bounds = wanted.range_for_length(complete_length)
    content_range = wanted.make_content_range(complete_length)
    if bounds is None or content_range is None:
        raise exceptions.RequestedRangeNotSatisfiable(complete_length)
    length = bounds[1] - bounds[0]
    response.headers["Content-Length"] = str(length)
    response.content_range = content_range
    response.status_code = 206
    response._wrap_range_response(bounds[0], length)
    return True
