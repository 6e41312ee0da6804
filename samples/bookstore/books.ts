export interface Book {
	readonly id: number;
	readonly title: string;
	readonly author: string;
	/** Copies in the store room: what staff see. */
	readonly stock: number;
}

const books: readonly Book[] = [
	{ id: 1, title: "The Left Hand of Darkness", author: "Ursula K. Le Guin", stock: 4 },
	{ id: 2, title: "Invisible Cities", author: "Italo Calvino", stock: 0 },
	{ id: 3, title: "The Summer Book", author: "Tove Jansson", stock: 11 },
];

/** Every book, in the order of the ids. */
export function listBooks(): readonly Book[] {
	return books;
}

/** The book with this id, if there is one. */
export function findBook(id: number): Book | undefined {
	return books.find((book) => book.id === id);
}
