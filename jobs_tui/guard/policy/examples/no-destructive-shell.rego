# METADATA
# title: No destructive shell
# description: Shell scripts and commands that agents call must not wipe file systems, disks or whole trees, or stop the machine. What uses sudo is asked about.
package jobs.no_destructive_shell

import rego.v1

# What to change: what is refused, and how it is called. A command begins after anything that is no
# part of a word, so also after a line end, a quote or a $(.
refused := {
	"removes a whole tree from / or the home": `(^|[^\w./-])rm\s+(-\S+\s+)*["']?(/|~/?|\$HOME/?|\$[{]HOME[}]/?)[*]?["']?([^\w./*-]|$)`,
	"formats a file system": `(^|[^\w.-])(mkfs(\.\w+)?|mke2fs|wipefs)([^\w.-]|$)`,
	"writes to a disk": `(\bof=|>\s*)/dev/(sd|hd|vd|xvd|nvme|mmcblk|disk)`,
	"stops the machine": `(^|[^\w.-])(shutdown|reboot|poweroff|halt)([^\w.-]|$)`,
	"changes rights or owners from / down": `(^|[^\w./-])(chmod|chown|chgrp)\s+(-\S+\s+)*(-\w*R\w*|--recursive)\s+(-\S+\s+)*\S+\s+["']?/["']?([^\w./*-]|$)`,
	"starts itself without end": `\(\)\s*[{][^}]*[|][^}]*&\s*[}]`,
}

privileged := `(^|[^\w.-])(sudo|doas|pkexec)([^\w.-]|$)`

# Arguments of tools that hold something to run.
command_names := {"command", "cmd", "script", "code", "shell", "args", "argv"}

deny contains sprintf("the command %s", [what]) if {
	some text in texts
	some what, pattern in refused
	regex.match(pattern, text)
}

ask contains "the command gets rights of another user" if {
	some text in texts
	regex.match(privileged, text)
}

texts contains input.job.prompt if {
	input.action in {"create", "update", "run"}
	input.agent.kind == "shell"
}

texts contains text if {
	input.action == "tool"
	some name in command_names
	text := input.tool.arguments[name]
	is_string(text)
}

texts contains concat(" ", words) if {
	input.action == "tool"
	some name in command_names
	words := [word | some word in input.tool.arguments[name]; is_string(word)]
	count(words) > 0
}
