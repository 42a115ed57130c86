import assert from "node:assert/strict";
import { test } from "node:test";
import { planLane } from "../src/ts/board_plan.ts";

test("with no pointer in the lane it shows what is wanted, in order", () => {
  const plan = planLane(["a", "b", "c"], ["x", "c", "a"], null);
  assert.deepEqual(plan.order, ["x", "c", "a"]);
  assert.equal(plan.ghosts.size, 0);
});

test("what is new comes below the card under the pointer", () => {
  const plan = planLane(["a", "b", "c"], ["x", "a", "b", "c"], "b");
  assert.deepEqual(plan.order, ["a", "b", "x", "c"]);
});

test("a card that is gone holds its place while the pointer is at or below it", () => {
  const plan = planLane(["a", "b", "c"], ["c"], "b");
  assert.deepEqual(plan.order, ["a", "b", "c"]);
  assert.deepEqual([...plan.ghosts], ["a", "b"]);
});

test("no card is lost or doubled and nothing at or above the pointer moves, whatever changes", () => {
  let seed = 42;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const some = () => [...new Set(Array.from({ length: random(8) }, () => `card-${random(10)}`))];
  for (let round = 0; round < 2000; round += 1) {
    const [current, wanted] = [some(), some()];
    const anchor = current.length > 0 && random(4) > 0 ? current[random(current.length)] : null;
    const { order, ghosts } = planLane(current, wanted, anchor);
    const held = anchor === null ? 0 : current.indexOf(anchor) + 1;
    assert.deepEqual(order.slice(0, held), current.slice(0, held));
    assert.equal(new Set(order).size, order.length);
    assert.deepEqual(new Set(order.filter((id) => !ghosts.has(id))), new Set(wanted));
  }
});
