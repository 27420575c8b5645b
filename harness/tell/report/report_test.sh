#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Opens a report in headless Chromium: no error on the console, a cell for each loss, entry and
# mistake, a click shows the smallest case, the copy button copies the replay command, and what
# LibTorch wrote is text. Usage: report_test.sh PATH-OF-SHAPEFUZZ [DIRECTORY]
# With a directory its screenshots stay there. Status 77 without Chromium.
set -u

if [ $# -lt 1 ]; then
  echo "usage: $0 PATH-OF-SHAPEFUZZ [DIRECTORY]" >&2
  exit 2
fi
shapefuzz=$(realpath "$1")
command -v chromium >/dev/null || {
  echo "no chromium (scripts/setup --ci installs it): the report was not opened"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
  echo "FAILED  $1"
  failures=$((failures + 1))
}

"$shapefuzz" sweep mse_loss binary_cross_entropy@aten --max-rank 2 --max-size 2 --baseline none \
  --all --out "$work/records.jsonl" >/dev/null
# What a user's loss might say, in a message and in a case.
evil='<script>alert(1)</script><img src=x onerror=alert(2)>'
cat >>"$work/records.jsonl" <<END
{"case":"evil_loss(input=f64[$evil])","loss":"evil_loss","entry":"functional","verdict":"wrong_value","mistake":"other_size","message":"$evil </script><!-- &lt;","detail":"","operands":{},"outcome":"accepted","result_shape":null,"warned":false,"zone":"valid","signature":"evil","libtorch":"$evil"}
END
"$shapefuzz" report "$work/records.jsonl" -o "$work/report.html" || fail "the report is not written"
grep -q '<script>alert' "$work/report.html" && fail "the report holds markup from a message"

chrome() {
  timeout 60 chromium --headless --no-sandbox --disable-gpu --no-first-run \
    --disable-background-networking --user-data-dir="$work/profile" --enable-logging=stderr \
    --virtual-time-budget=4000 "$@" 2>>"$work/console"
}

# The page with a script behind it that uses it, and writes down what it saw.
cat >"$work/use.js" <<'END'
<script>
window.onload = async () => {
  const seen = [];
  const say = (what, holds) => seen.push((holds ? "ok " : "FAILED ") + what);
  const cell = (loss, entry, mistake) => document.querySelector(
    `.cell[data-loss="${loss}"][data-entry="${entry}"][data-mistake="${mistake}"]`);
  const data = JSON.parse(document.getElementById("data").textContent);
  say("a cell for each loss, entry and mistake",
    data.rows.length === 6 && data.mistakes.length > 10 &&
    data.rows.every((r) => data.mistakes.every((m) => cell(r.loss, r.entry, m))));
  let copied = "";
  Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { copied = text; }}});
  const red = cell("mse_loss", "aten", "forgot_unsqueeze");
  say("a miscalculation is red", red.dataset.severity === "miscalculation");
  red.click();
  const detail = document.getElementById("detail");
  const smallest = "mse_loss@aten(input=f64[2,1], target=f64[2])";
  say("a click shows the smallest case", detail.textContent.includes(smallest));
  say("the pairing is drawn", detail.querySelectorAll(".pairs td").length >= 4 && detail.querySelectorAll(".pairs td.meant").length >= 2);
  detail.querySelector('[aria-label="Copy the replay command"]').click();
  await Promise.resolve();
  say("the copy button copies the replay command", copied === `shapefuzz run '${smallest}'`);
  detail.querySelector('[aria-label="Copy the program in C++"]').click();
  await Promise.resolve();
  say("a whole program is copied", copied.startsWith("// mse_loss@aten") && copied.includes("int main() {") && copied.trim().endsWith("}"));
  red.focus();
  red.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
  say("an arrow key moves to the next cell", document.activeElement !== red && document.activeElement.className === "cell");
  cell("evil_loss", "functional", "other_size").click();
  say("a message is text", detail.textContent.includes("<scr" + "ipt>alert(1)</scr" + "ipt>") && !detail.querySelector("img, script"));
  document.getElementById("search").value = "evil";
  document.getElementById("search").dispatchEvent(new Event("input"));
  say("the search filters", document.querySelectorAll("#matrix tbody tr").length === 1);
  document.body.append(Object.assign(document.createElement("pre"), {id: "seen", textContent: seen.join("\n") + "\nend"}));
};
</script>
END
# Usage: use PAGE SCRIPT CHECKS: opens the page with the script in it, of which as many checks hold.
use() {
  sed '/^<\/body>$/{
r '"$2"'
d
}' "$1" >"$work/used.html"
  chrome --dump-dom "file://$work/used.html" >"$work/dom"
  sed -n '/<pre id="seen">/,/^end/p' "$work/dom" | sed 's/.*<pre id="seen">//; s/&gt;/>/g' >"$work/seen"
  grep -q '^end' "$work/seen" || fail "$1 did not come to its end"
  [ "$(grep -c '^ok ' "$work/seen")" -eq "$3" ] || fail "$(cat "$work/seen")"
  grep -E 'CONSOLE|Uncaught' "$work/console" && fail "the console has errors"
  checks=$((checks + $3))
}
checks=0

# The other LibTorch of a comparison refuses what this one accepts, in words of its own; a moment of
# a campaign lies beside its records.
mkdir "$work/campaign"
sed '/"evil"/d' "$work/records.jsonl" >"$work/before.jsonl" # it has not all that a sweep writes
sed -e 's/"libtorch":"[0-9.]*"/"libtorch":"99.0"/' \
  -e '/"loss":"mse_loss"/s/"outcome":"accepted","result_shape":\[[0-9,]*\]\(.*\)"message":""/"outcome":"rejected","result_shape":null\1"message":"<img src=x onerror=alert(3)>"/' \
  "$work/before.jsonl" >"$work/campaign/findings-1.jsonl"
"$shapefuzz" diff "$work/before.jsonl" "$work/campaign/findings-1.jsonl" -o "$work/diff.html" >"$work/diff.txt"
[ $? -eq 1 ] || fail "diff -o has another status than diff"
grep -q 'refused now' "$work/diff.txt" || fail "diff -o does not say what diff says"
cat >"$work/diff.js" <<'END'
<script>
window.onload = () => {
  const seen = [];
  const say = (what, holds) => seen.push((holds ? "ok " : "FAILED ") + what);
  const folds = document.querySelectorAll("#changes details");
  say("a fold for the loss that changed", folds.length === 1 && folds[0].textContent.includes("mse_loss"));
  folds[0].open = true;
  folds[0].dispatchEvent(new Event("toggle"));
  say("both sides are told", folds[0].textContent.includes("refused now") && folds[0].textContent.includes("99.0") &&
    folds[0].textContent.includes("<img src=x") && !folds[0].querySelector("img"));
  const search = document.getElementById("search");
  search.value = "binary";
  search.dispatchEvent(new Event("input"));
  say("the search filters the changes", document.querySelectorAll("#changes details").length === 0);
  document.body.append(Object.assign(document.createElement("pre"), {id: "seen", textContent: seen.join("\n") + "\nend"}));
};
</script>
END
use "$work/diff.html" "$work/diff.js" 3

for second in 0 10 20; do
  echo "{\"seconds\":$second,\"executions\":$((second * 1000)),\"features\":$((second + 5)),\"findings\":$second}"
done >"$work/campaign/progress.jsonl"
"$shapefuzz" report "$work/campaign" -o "$work/campaign.html" || fail "no report of a campaign"
cat >"$work/curves.js" <<'END'
<script>
window.onload = () => {
  const curves = [...document.querySelectorAll("#curves figure")];
  const holds = curves.length === 3 && curves[0].textContent.includes("executions: 20,000 after 20 s") &&
    curves.every((f) => f.querySelector("path").getAttribute("d").split("L").length === 3);
  document.body.append(Object.assign(document.createElement("pre"), {id: "seen", textContent: (holds ? "ok" : "FAILED") + " the curves\nend"}));
};
</script>
END
use "$work/campaign.html" "$work/curves.js" 1
use "$work/report.html" "$work/use.js" 9

if [ $# -gt 1 ]; then
  mkdir -p "$2"
  sed 's|document.getElementById("search").value = "evil"|cell("mse_loss", "functional", "forgot_unsqueeze").click(); window.scrollTo(0, 0); return|' \
    "$work/used.html" >"$work/shown.html"
  chrome --window-size=1400,1000 --screenshot="$2/desktop.png" "file://$work/shown.html" >/dev/null
  chrome --window-size=412,2400 --screenshot="$2/phone.png" "file://$work/shown.html" >/dev/null
  chrome --window-size=1400,1000 --force-dark-mode --blink-settings=preferredColorScheme=0 \
    --screenshot="$2/dark.png" "file://$work/shown.html" >/dev/null
fi
echo "$checks checks: $failures failures"
[ "$failures" -eq 0 ]
