package quotas

# /paced/QUOTA/KEY/LIMIT
drawn := {"allowed": true, "quotas": [{"name": name, "key": [key], "limit": to_number(limit)}]} if {
	["paced", name, key, limit] = input.request.path_segments
} else := {
	"allowed": true,
	"quotas": [{"name": name, "key": [object.get(input.request.headers, "x-key", "")]} |
		some name in split(input.request.headers["x-quotas"], ",")
	],
	"quota_denied": {"body": "come back later\n", "headers": {"x-denied": "yes"}},
}

uploaded := {"allowed": true, "quotas": [{"name": "few", "key": [input.parsed_body.user]}]}
