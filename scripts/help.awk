# Lists the targets of a Makefile that carry a `## description`, under their `##@ heading`.
BEGIN { FS = ":.*## " }
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-z0-9-]+:.*## / { printf "  make %-24s %s\n", $1, $2 }
