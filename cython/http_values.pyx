# The other header values; http.pyx includes them.

from cpython.datetime cimport datetime_new, get_utc, import_datetime

import_datetime()


def reason_phrase(int status):
    """The reason phrase of a status code, "Unknown" where it has none (RFC 9110 section 15)."""
    cdef string_view phrase = grammar.http_reason(status)
    return ascii_text(phrase.data(), phrase.size())


def format_http_date(int64_t seconds):
    """An IMF-fixdate (RFC 9110 section 5.6.7) of seconds since 1970-01-01T00:00:00Z.

    Raises ValueError outside the years 1 to 9999.
    """
    cdef char out[32]
    if seconds < grammar.date_min or seconds > grammar.date_max:
        raise ValueError("date is out of range")
    grammar.format_date_into(out, seconds)
    return ascii_text(out, grammar.date_size)


def format_http_moment(double seconds):
    """As `format_http_date`, of a moment between two seconds, to the nearest microsecond."""
    if not -9e18 < seconds < 9e18:
        # As Python distinguishes them.
        raise (ValueError if seconds != seconds else OverflowError)("date is out of range")
    return format_http_date(grammar.second_of(seconds))


def parse_http_date(str text):
    """Seconds since 1970-01-01T00:00:00Z of a date in any form of RFC 9110 section 5.6.7, or None.

    White space around it is ignored. A two-digit year lies at most 50 years ahead.
    """
    cdef str trimmed = text.strip()
    if not PyUnicode_IS_ASCII(trimmed):
        return None
    cdef optional[int64_t] parsed = value_of(grammar.http_parse_date(text_view(trimmed)))
    if not parsed.has_value():
        return None
    return parsed.value()


def parse_http_datetime(str text):
    """As `parse_http_date`, as an aware datetime in UTC."""
    cdef optional[grammar.date_parts] parsed
    cdef grammar.date_parts t
    cdef str trimmed = text.strip()
    if not PyUnicode_IS_ASCII(trimmed):
        return None
    parsed = value_of(grammar.http_parse_date_parts(text_view(trimmed)))
    if not parsed.has_value():
        return None
    t = parsed.value()
    return datetime_new(t.year, t.month, t.day, t.hour, t.minute, t.second, 0, get_utc())


def parse_options(str text):
    """Split a value with parameters: ``(value, {name: value})`` (RFC 9110 section 5.6.6, RFC 2231).

    Names are in lower case; malformed parameters are skipped; the last of a name wins.
    """
    cdef grammar.options parsed = grammar.http_parse_options(text_view(text))
    cdef dict out = {}
    cdef size_t i
    for i in range(parsed.parameters.size()):
        out[_text_of(parsed.parameters[i].name)] = _text_replaced_of(parsed.parameters[i].value)
    return _text(parsed.value), out


def quote_value(str value, bint allow_token=True):
    """The value as a quoted-string (RFC 9110 section 5.6.4), or as it is if it is a token and
    ``allow_token`` is true."""
    cdef string out
    grammar.append_quoted_value(out, text_view(value), allow_token)
    return _text_of(out)


def unquote_quoted(str value):
    """What a quoted-string stands for; a value without quotes stays as it is."""
    return _text_of(grammar.unquote_value(text_view(value)))


def parse_list(str text):
    """The items of a comma-separated list, quoted ones unquoted (RFC 9110 section 5.6.1).

    Empty items are skipped. A quote that is never closed makes the list empty.
    """
    cdef list out = []
    cdef string_view rest = text_view(text)
    cdef string_view item
    if not grammar.quotes_balanced(rest):
        return out
    while grammar.next_list_item(rest, item):
        if item[0] == b'"':
            out.append(_text_of(grammar.unquote_value(item)))
        else:
            out.append(_text(item))
    return out


def parse_dict(str text):
    """The items ``key=value`` of a comma-separated list; a key without "=" has None.

    Keys are as written, the last of a name wins; a key that ends in "*" has an extended value
    (RFC 8187), which is decoded, and loses the star.
    """
    cdef vector[grammar.dict_item] items = grammar.http_parse_dict(text_view(text))
    cdef dict out = {}
    cdef size_t i
    for i in range(items.size()):
        if items[i].value.has_value():
            out[_text_of(items[i].key)] = _text_replaced_of(items[i].value.value())
        else:
            out[_text_of(items[i].key)] = None
    return out


def parse_accept(str text):
    """The items of an Accept field and its kin: ``(value, quality)`` in the header's order.

    Quality is the int 1 where the item names none; an item whose quality is no number from 0 to 1
    is skipped. Parameters other than q stay with the value, in normal form.
    """
    cdef vector[grammar.accept_item] items = grammar.http_parse_accept(text_view(text))
    cdef list out = []
    cdef size_t i
    for i in range(items.size()):
        out.append((_text_of(items[i].value), items[i].quality if items[i].explicit_quality else 1))
    return out


def unquote_etag(str text):
    """An entity tag without its quotes, and whether it is weak (RFC 9110 section 8.8.3)."""
    cdef grammar.etag parsed = grammar.http_unquote_etag(text_view(text))
    return _text(parsed.tag), parsed.weak


def quote_etag(str tag, bint weak=False):
    """An entity tag as it is sent. Raises InputError (a ValueError) for one with a double quote."""
    return _text_of(unwrap(grammar.http_quote_etag(text_view(tag), weak)))


def parse_etags(str text):
    """A list of entity tags as ``(strong tags, weak tags, star)``; with "*" the lists are empty."""
    cdef grammar.etag_list parsed = grammar.http_parse_etags(text_view(text))
    cdef list strong = []
    cdef list weak = []
    cdef size_t i
    for i in range(parsed.tags.size()):
        (weak if parsed.tags[i].weak else strong).append(_text(parsed.tags[i].tag))
    return strong, weak, parsed.star


def parse_range(str text, bint inclusive=True):
    """A Range field as ``(units, [(begin, end), …])``, or None where it is malformed.

    Ends are exclusive, None where open; a negative begin counts from the end of the content. Ranges
    ascend and do not overlap (RFC 9110 section 14.2). ``inclusive`` is false for units whose ends
    are exclusive in the field.
    """
    cdef optional[grammar.range_value] parsed = value_of(
        grammar.http_parse_range(text_view(text), inclusive))
    cdef list out = []
    cdef grammar.range_spec spec
    cdef size_t i
    if not parsed.has_value():
        return None
    for i in range(parsed.value().ranges.size()):
        spec = parsed.value().ranges[i]
        out.append((spec.begin, spec.end.value() if spec.end.has_value() else None))
    return _text(parsed.value().units).lower(), out


def parse_content_range(str text):
    """A Content-Range field as ``(units, begin, end, length)``, or None where it is malformed.

    ``end`` is exclusive; begin and end are None for an unsatisfied range, length where it is not
    known (RFC 9110 section 14.4).
    """
    cdef optional[grammar.content_range] parsed = value_of(
        grammar.http_parse_content_range(text_view(text)))
    cdef grammar.content_range r
    if not parsed.has_value():
        return None
    r = parsed.value()
    return (
        _text(r.units),
        r.span.value().begin if r.span.has_value() else None,
        r.span.value().end if r.span.has_value() else None,
        r.length.value() if r.length.has_value() else None,
    )
