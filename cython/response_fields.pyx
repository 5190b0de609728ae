# Response headers seen as values: what reads, writes and deletes each.


def _load_age(text):
    return _toolkit("http").parse_age(text)


def _dump_age(value):
    return _toolkit("http").dump_age(value)


def _load_coop(text):
    return _toolkit("http").COOP(text)


def _default_coop():
    return _toolkit("http").COOP.UNSAFE_NONE


def _load_coep(text):
    return _toolkit("http").COEP(text)


def _default_coep():
    return _toolkit("http").COEP.UNSAFE_NONE


def _dump_policy(policy):
    return policy.value


cdef object _set_or_remove(object response, str name, object value):
    # What views write through to: a value that says nothing takes the field away.
    if not value:
        response.headers.pop(name, None)
    elif isinstance(value, str):
        response.headers[name] = value
    else:
        response.headers[name] = value.to_header()


def _set_view(str name):
    """A ``HeaderSet`` that writes its changes back; set from text or an iterable of names."""
    def read(response):
        def write_back(header_set):
            if header_set:
                response.headers[name] = header_set.to_header()
            else:
                response.headers.pop(name, None)
        return _toolkit("http").parse_set_header(response.headers.get(name), write_back)

    def write(response, value):
        if not value:
            response.headers.pop(name, None)
        elif isinstance(value, str):
            response.headers[name] = value
        else:
            response.headers[name] = _dump_list(value)

    return property(read, write, doc=f"The ``{name}`` field as a ``HeaderSet``.")


def _csp_view(str name):
    def read(response):
        def write_back(policy):
            _set_or_remove(response, name, policy)
        policy = _toolkit("http").parse_csp_header(response.headers.get(name), write_back)
        if policy is None:
            return _toolkit("datastructures").ContentSecurityPolicy(None, on_update=write_back)
        return policy

    def write(response, value):
        _set_or_remove(response, name, value)

    return property(read, write, doc=f"The ``{name}`` field as a ``ContentSecurityPolicy``.")


def _read_cache_control(response):
    """The ``Cache-Control`` directives, a ``ResponseCacheControl`` that writes changes back."""
    def write_back(cache_control):
        _set_or_remove(response, "Cache-Control", cache_control)
    return _toolkit("http").parse_cache_control_header(
        response.headers.get("Cache-Control"), write_back,
        _toolkit("datastructures").ResponseCacheControl)


def _read_content_range(response):
    """The ``Content-Range`` field, a ``ContentRange`` that writes changes back."""
    def write_back(content_range):
        _set_or_remove(response, "Content-Range", content_range)
    found = _toolkit("http").parse_content_range_header(
        response.headers.get("Content-Range"), write_back)
    if found is None:
        return _toolkit("datastructures").ContentRange(None, None, None, on_update=write_back)
    return found


def _write_content_range(response, value):
    _set_or_remove(response, "Content-Range", value)


def _read_www_authenticate(response):
    """The ``WWW-Authenticate`` challenge, which writes changes back; a list sets several."""
    kind = _toolkit("datastructures").WWWAuthenticate
    challenge = kind.from_header(response.headers.get("WWW-Authenticate"))
    if challenge is None:
        challenge = kind("basic")

    def write_back(value):
        response.headers["WWW-Authenticate"] = value.to_header()

    challenge._on_update = write_back
    return challenge


def _write_www_authenticate(response, value):
    if not value:
        response.headers.pop("WWW-Authenticate", None)
        return
    challenges = value if isinstance(value, list) else [value]
    response.headers["WWW-Authenticate"] = challenges[0].to_header()
    for challenge in challenges[1:]:
        response.headers.add("WWW-Authenticate", challenge.to_header())

    def write_back(changed):
        response.www_authenticate = changed

    if not isinstance(value, list):
        value._on_update = write_back


def _delete_www_authenticate(response):
    response.headers.pop("WWW-Authenticate", None)


def _read_retry_after(response):
    """When to try again, an aware datetime; may be set to one, to seconds from now, or to text."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        seconds = int(value)
    except ValueError:
        return _load_date(value)
    return _datetime.now(_utc) + _timedelta(seconds=seconds)


def _write_retry_after(response, value):
    if value is None:
        response.headers.pop("Retry-After", None)
    elif isinstance(value, _datetime):
        response.headers["Retry-After"] = _dump_date(value)
    else:
        response.headers["Retry-After"] = str(value)


def _read_allow_credentials(response):
    """Whether scripts of other origins may see the answer to a request with credentials."""
    return "Access-Control-Allow-Credentials" in response.headers


def _write_allow_credentials(response, value):
    if value is True:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    else:
        response.headers.pop("Access-Control-Allow-Credentials", None)


from datetime import datetime as _datetime, timedelta as _timedelta, timezone as _timezone
_utc = _timezone.utc
