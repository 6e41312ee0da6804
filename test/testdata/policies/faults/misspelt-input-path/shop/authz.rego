package shop.authz

default decision := false

deny if input.attributes.request.http.header["x-role"] == "guest"

decision if not deny
