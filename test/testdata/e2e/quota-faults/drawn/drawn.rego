# /QUOTA/KEY/LIMIT draws one; what is decided carries the word of its revision.
package drawn

decision := {
	"allowed": true,
	"quotas": [{"name": name, "key": [key], "limit": to_number(limit)}],
	"headers": {"x-decided": data.drawn.word},
	"response_headers_to_add": {"x-word": data.drawn.word},
	"quota_denied": {"headers": {"x-word": data.drawn.word}},
} if {
	[name, key, limit, _] = input.request.path_segments
}
