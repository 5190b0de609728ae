# Responses: status and headers, then the body and WSGI.

include "response_fields.pyx"
include "response_head.pyx"
include "response_conditional.pyx"
include "response_body.pyx"
include "response_plain.pyx"
