import assert from "node:assert/strict";
import test from "node:test";
import { pagesOf, WORKS_OFFLINE } from "../src/ts/offline_pages.ts";

test("what was kept is listed with the scanners of staff first, and nothing that would not open", () => {
  const kept = [
    { path: "/c/7K3M9T2X", name: "Chợ Gò" },
    { path: "/assets/app.css", name: "" },
    { path: "/sampling", name: "Lấy mẫu" },
    { path: "/venue/01890a5d-ac96-774b-bcce-b302099a8057/kiosk", name: "Chợ Mỹ Tho" },
    { path: "/me", name: "Của tôi" },
    { path: "/station", name: "Trạm" },
    { path: "/scan", name: "Quét mã" },
    { path: "/venue/01890a5d-ac96-774b-bcce-b302099a8057/scan", name: "Chợ Mỹ Tho" },
    { path: "/c/4WT59M5Y", name: "Quán Ẩm" },
  ];
  const pages = pagesOf(kept);
  assert.deepEqual(pages.map(({ kind }) => kind), ["scanner", "kiosk", "station", "sampling", "posters", "door", "door"]);
  assert.deepEqual(pages[0], { href: kept[7].path, kind: "scanner", name: "Chợ Mỹ Tho" });
  assert.deepEqual(pages.slice(5).map(({ name }) => name), ["Quán Ẩm", "Chợ Gò"], "the newest door first");
  assert.deepEqual(pagesOf([]), []);
});

test("a phone that has been everywhere lists the last ten doors", () => {
  const doors = Array.from({ length: 40 }, (_, n) => ({ path: `/c/${n}`, name: `${n}` }));
  assert.deepEqual(pagesOf(doors).map(({ name }) => name), ["39", "38", "37", "36", "35", "34", "33", "32", "31", "30"]);
});

test("the front page and the list of venues need the network", () => {
  for (const path of ["/", "/venue", "/venue/new", "/me", "/board", "/c/7K3M9T2X/4WT59M5Y/9"]) {
    assert.ok(!WORKS_OFFLINE.test(path), path);
  }
});
