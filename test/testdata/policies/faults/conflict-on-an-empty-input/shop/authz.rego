package shop.authz

decision if not input.request.method

decision := false if not input.request.host
