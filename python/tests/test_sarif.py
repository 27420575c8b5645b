# SPDX-License-Identifier: BSD-3-Clause
"""`sweep --format sarif`, against the object model of SARIF 2.1.0 (sarif_om, which is made from its
schema): every key is one of the standard, and what it demands is there."""

import json

import pytest

attr = pytest.importorskip("attr")
sarif_om = pytest.importorskip("sarif_om")

LOSSES = '''
import shapefuzz

@shapefuzz.loss("(output: real[*S], target: real[*S]) -> mean[*S]")
def mse(output, target):
    return ((output - target) ** 2).mean()
'''
# Of each key the class that its value has; of the others it is a word or a number.
CLASSES = {
    "runs": "Run", "tool": "Tool", "driver": "ToolComponent", "rules": "ReportingDescriptor",
    "shortDescription": "MultiformatMessageString", "defaultConfiguration": "ReportingConfiguration",
    "results": "Result", "message": "Message", "locations": "Location",
    "logicalLocations": "LogicalLocation", "physicalLocation": "PhysicalLocation",
    "artifactLocation": "ArtifactLocation", "region": "Region",
}


def check(value, name):
    fields = {f.metadata["schema_property_name"]: f for f in attr.fields(getattr(sarif_om, name))}
    for key, field in fields.items():
        assert field.default is not attr.NOTHING or key in value, f"{name} lacks {key}"
    for key, part in value.items():
        assert key in fields or key == "$schema", f"{name} has {key}"
        for one in part if isinstance(part, list) else [part]:
            if key in CLASSES:
                check(one, CLASSES[key])


def test_is_what_the_standard_demands(command):
    done = command("sweep", "losses.py", "--format", "sarif", "--max-rank", "2", "--max-size", "2", losses=LOSSES)
    assert done.status == 1, done.errors
    log = json.loads(done.out)
    check(log, "SarifLog")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert "silent_broadcast" in rules
    assert run["results"]
    prints = set()
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in ("error", "warning", "note")
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "losses.py"
        assert "python3 -m shapefuzz run losses.py 'mse(" in result["message"]["text"]
        assert "LibTorch" not in result["message"]["text"], "it is about somebody's own loss"
        prints.add(result["partialFingerprints"]["shapefuzzSignature/v1"])
    assert len(prints) == len(run["results"])


def test_of_a_loss_that_passes_has_no_result(command):
    checked = LOSSES.replace("    return", "    if output.shape != target.shape:\n        raise ValueError\n    return")
    done = command("sweep", "losses.py", "--format", "sarif", "--max-rank", "2", "--max-size", "2", losses=checked)
    assert done.status == 0, done.out
    log = json.loads(done.out)
    check(log, "SarifLog")
    assert log["runs"][0]["results"] == []
