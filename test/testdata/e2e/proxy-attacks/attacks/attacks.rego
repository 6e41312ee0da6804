# Does with a client's header what a path asks for.
package attacks

words := input.request.path_segments

neighbour := {"allowed": true, "rule": "open"} if {
	words[1] == "open"
} else := {"allowed": false, "rule": "closed", "body": concat("", ["closed to ", words[2], "\n"])}

text := input.request.headers["x-attack"]

attacked := {"allowed": true, "rule": "number"} if {
	words[1] == "number"
	to_number(text) + 1 > 0
} else := {"allowed": true, "rule": "sum"} if {
	words[1] == "sum"
	json.unmarshal(text).n + 1 > 0
} else := {"allowed": true, "rule": "product"} if {
	words[1] == "product"
	json.unmarshal(text).n * json.unmarshal(text).n > 0
} else := {"allowed": true, "rule": "document", "headers": {"x-document": json.marshal(json.unmarshal(text).a)}} if {
	words[1] == "document"
} else := {"allowed": true, "rule": "keys"} if {
	words[1] == "keys"
	count(json.unmarshal(text)) > 0
} else := {"allowed": regex.match(`^(a+)+$`, text), "rule": "subject"} if {
	words[1] == "subject"
} else := {"allowed": regex.match(text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "rule": "pattern"} if {
	words[1] == "pattern"
} else := {"allowed": regex.match(`a(a|b){14}c`, text), "rule": "states"} if {
	words[1] == "states"
} else := {"allowed": count(matching) == 30, "rule": "patterns"} if {
	words[1] == "patterns"
} else := {"allowed": count(triples) > 0, "rule": "loop"} if {
	words[1] == "loop"
} else := {"allowed": count(numbers.range(1, 100000000)) > 0, "rule": "range"} if {
	words[1] == "range"
} else := {"allowed": count(long) > 0, "rule": "growth"} if {
	words[1] == "growth"
}

matching := [pattern | some pattern in split(text, ","); regex.match(pattern, "aaaa")]

hundred := numbers.range(1, 1000)

triples := [1 | some a in hundred; some b in hundred; some c in hundred; a + b == c]

sixteen := "aaaaaaaaaaaaaaaa"

hundreds := replace(sixteen, "a", sixteen)

thousands := replace(hundreds, "a", sixteen)

long := replace(replace(replace(thousands, "a", sixteen), "a", sixteen), "a", sixteen)

# Allows what it does not deny: with an input that it can't see into, it would allow everything.
default strict := false

strict if not deny

default deny := false

deny if input.request.method == "DELETE"

# What the limits on the input are about: everything a client can make many or large.
counted := {"allowed": true, "rule": "counted"} if {
	count(input.request.headers) > 0
	count(input.request.query_params) >= 0
}
