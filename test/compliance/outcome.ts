/** How a case's evaluation ended in one place. */
export type Outcome =
	/** JSON of the entrypoint's value. */
	| { readonly type: "value"; readonly json: string }
	| { readonly type: "undefined" }
	/** A policy error: the request is denied. */
	| { readonly type: "error"; readonly message: string }
	/** At build, by name. */
	| { readonly type: "refused"; readonly message: string };
