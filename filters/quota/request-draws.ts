import { DrawState } from "./draw-state";
import { Draws, MAX_DRAWS } from "./draws";

/** What one request draws on quotas, and how far each draw has come. Reused. */
export class RequestDraws {
	readonly draws: Draws = new Draws();
	private states: StaticArray<DrawState> = new StaticArray<DrawState>(MAX_DRAWS);

	constructor() {
		for (let i = 0; i < MAX_DRAWS; i++) this.states[i] = new DrawState();
	}

	stateAt(place: i32): DrawState {
		return unchecked(this.states[place]);
	}

	protected resetDraws(): void {
		this.draws.reset();
		for (let i = 0; i < MAX_DRAWS; i++) unchecked(this.states[i]).reset();
	}
}
