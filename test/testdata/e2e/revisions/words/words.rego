# Allows everything and says which revision did.
package words

decision := {"allowed": true, "response_headers_to_add": {"x-word": data.words.word}}
