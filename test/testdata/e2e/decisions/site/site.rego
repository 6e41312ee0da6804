package site

path := input.request.url_path

decision := {"allowed": false, "rule": "closed", "reason": "nobody may"} if startswith(path, "/closed")

else := {"allowed": true, "rule": "counted", "quotas": [{"name": "visits", "key": ["all"], "amount": 1}]} if {
	startswith(path, "/counted")
}

# What a client chooses, as a careless policy would have it.
else := {"allowed": true, "rule": object.get(input.request.headers, "x-rule", "open")}
