# After the plugin's parsed_body of forms, and its truncated_body.
package forms.authz

default allow := false

# application/x-www-form-urlencoded: every field is a list.
allow if {
	input.parsed_path == ["signup"]
	input.parsed_body.name[0] == input.parsed_query.name[0]
	not "root" in input.parsed_body.name
}

# multipart/form-data: parts of JSON are parsed.
allow if {
	input.parsed_path == ["upload"]
	input.parsed_body.meta[0].owner == "lena"
	count(input.parsed_body.file) == 1
}

# JSON of any size: what is too large to be read is only for the archive.
allow := {"allowed": true, "headers": {"x-truncated": sprintf("%v", [input.truncated_body])}} if input.parsed_path == ["archive"]
