"""Reads the SARIF documents among a compiler's messages, and prints their results a line each."""
import json
import sys

documents = [json.loads(line) for line in sys.stdin if line.startswith("{")]
print(f"{len(documents)} document{'s' * (len(documents) != 1)}")
for document in documents:
    for run in document["runs"]:
        for result in run["results"]:
            places = []
            for location in result["locations"]:
                place = location["physicalLocation"]
                name, r = place["artifactLocation"]["uri"].rsplit("/", 1)[1], place["region"]
                start = f"{r['startLine']}:{r['startColumn']}"
                if "endLine" in r:
                    places.append(f"{start}-{r['endLine']}:{r['endColumn']}")
                else:
                    places.insert(0, f"{name}:{start}")
            print(*places, f"{result['level']}: {result['message']['text']}")
