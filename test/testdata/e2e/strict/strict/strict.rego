# Allows what it does not deny: with an input that it can't see into, it would allow everything.
package strict

default deny := false

deny if input.request.method == "DELETE"

default allow := false

allow if not deny
