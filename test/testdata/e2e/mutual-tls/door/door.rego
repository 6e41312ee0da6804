package door

default allow := false

allow if input.request.method == "GET"
