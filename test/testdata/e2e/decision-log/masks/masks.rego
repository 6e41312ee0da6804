package system.log

mask contains {"op": "upsert", "path": "/input/attributes/request/http/headers/x-card", "value": "****"} if {
	input.input.attributes.request.http.headers["x-card"]
}

drop if input.input.request.url_path == "/healthz"
