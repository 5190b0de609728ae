from libc.stdint cimport int64_t
from libcpp cimport bool
from libcpp.optional cimport optional
from libcpp.pair cimport pair
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from lib_core cimport form_limits, result


cdef extern from "cruet/core/charset.hpp" namespace "cruet" nogil:
    cdef cppclass charset:
        charset()
        charset(string_view)
        charset operator|(const charset&)
        bool has(unsigned char)

# Functions that return a result are called within unwrap() or value_of(), which catch for them.
cdef extern from "cruet/url/percent.hpp" namespace "cruet::url::charsets" nogil:
    const charset unreserved

cdef extern from "cruet/url/percent.hpp" namespace "cruet::url" nogil:
    string quote(string_view, const charset&) except +
    string quote_plus(string_view, const charset&) except +
    string url_unquote "cruet::url::unquote"(string_view) except +
    string unquote_plus(string_view) except +
    string unquote_text(string_view) except +
    string unquote_partial(string_view, const charset&) except +
    size_t unquote_into(char*, string_view, bool)
    void append_escaping_invalid(string&, string_view) except +
    bool has_escapes(string_view)
    bool is_uri_path(string_view)

cdef extern from "cruet/url/query.hpp" namespace "cruet::url" nogil:
    cdef cppclass raw_pair:
        string_view name
        string_view value
    bool next_pair(string_view&, raw_pair&)
    bool needs_decoding(string_view)

cdef extern from "cruet/url/path.hpp" namespace "cruet::url" nogil:
    bool append_safely(string&, string_view) except +

cdef extern from "cruet/http/status.hpp" namespace "cruet::http" nogil:
    string_view http_reason "cruet::http::reason"(int)

cdef extern from "cruet/http/cookie.hpp" namespace "cruet::http" nogil:
    cdef cppclass raw_cookie:
        string_view name
        string_view value
        bool quoted
    bool next_cookie(string_view&, raw_cookie&)
    size_t unescape_cookie_into(char*, string_view)
    void append_cookie_value(string&, string_view) except +
    cdef cppclass cookie:
        string_view name
        string_view value
        optional[string_view] domain
        optional[string_view] expires
        optional[int64_t] max_age
        bool secure
        bool http_only
        optional[string_view] path
        optional[string_view] same_site
        bool partitioned
    void append_set_cookie(string&, const cookie&) except +

cdef extern from "cruet/http/date.hpp" namespace "cruet::http" nogil:
    const size_t date_size
    const int64_t date_min
    const int64_t date_max
    void format_date_into(char*, int64_t)
    int64_t second_of(double)
    cdef struct date_parts:
        int year
        int month
        int day
        int hour
        int minute
        int second
    result[int64_t] http_parse_date "cruet::http::parse_date"(string_view)
    result[date_parts] http_parse_date_parts "cruet::http::parse_date_parts"(string_view)

cdef extern from "cruet/http/etag.hpp" namespace "cruet::http" nogil:
    cdef cppclass etag:
        string_view tag
        bool weak
    cdef cppclass etag_list:
        vector[etag] tags
        bool star
    etag http_unquote_etag "cruet::http::unquote_etag"(string_view)
    result[string] http_quote_etag "cruet::http::quote_etag"(string_view, bool)
    etag_list http_parse_etags "cruet::http::parse_etags"(string_view) except +

cdef extern from "cruet/http/options.hpp" namespace "cruet::http" nogil:
    cdef cppclass parameter:
        string name
        string value
    cdef cppclass options:
        string_view value
        vector[parameter] parameters
    options http_parse_options "cruet::http::parse_options"(string_view) except +
    void append_quoted_value(string&, string_view, bool) except +
    void append_parameter(string&, string_view, string_view) except +

cdef extern from "cruet/http/list.hpp" namespace "cruet::http" nogil:
    cdef cppclass dict_item:
        string key
        optional[string] value
    bool quotes_balanced(string_view)
    bool next_list_item(string_view&, string_view&)
    string unquote_value(string_view) except +
    vector[dict_item] http_parse_dict "cruet::http::parse_dict"(string_view) except +

cdef extern from "cruet/http/range.hpp" namespace "cruet::http" nogil:
    cdef cppclass range_spec:
        int64_t begin
        optional[int64_t] end
    cdef cppclass range_value "cruet::http::range":
        string_view units
        vector[range_spec] ranges
    cdef cppclass span64:
        int64_t begin
        int64_t end
    cdef cppclass content_range:
        string_view units
        optional[span64] span
        optional[int64_t] length
    result[range_value] http_parse_range "cruet::http::parse_range"(string_view, bool)
    result[content_range] http_parse_content_range "cruet::http::parse_content_range"(string_view)

cdef extern from "cruet/http/accept.hpp" namespace "cruet::http" nogil:
    cdef cppclass accept_item:
        string value
        double quality
        bool explicit_quality
    vector[accept_item] http_parse_accept "cruet::http::parse_accept"(string_view) except +

cdef extern from "cruet/http/multipart.hpp" namespace "cruet::http" nogil:
    cdef enum class line_hold(unsigned char):
        delimiters
        short_lines

    cdef enum class multipart_event(unsigned char):
        need_data
        preamble
        field
        file
        data
        epilogue
    cdef cppclass part_field "cruet::http::multipart_head::field":
        string name
        string value
    cdef cppclass multipart_head:
        vector[part_field] fields
        optional[string] name
        optional[string] filename
    cdef cppclass multipart_decoder:
        multipart_decoder(string_view, const form_limits&, line_hold) except +
        void receive(string_view) except +
        void finish()
        result[multipart_event] next()
        const multipart_head& part()
        string_view data()
        bool more_data()
        size_t buffered()

cdef extern from "shim_http.hpp" namespace "cruet::shim" nogil:
    cdef cppclass whole_request:
        string body
        bool complete()
        bool failed()
        string_view method()
        string_view path()
        string_view query()
        string_view version()
        size_t field_count()
        string_view name(size_t)
        string_view value(size_t)
        string_view reason()
    void read_request(string_view, whole_request&) except +
    string llhttp_version()
