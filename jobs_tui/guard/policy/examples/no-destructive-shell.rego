# METADATA
# title: No destructive shell
# description: Shell scripts and commands that agents call must not wipe file systems, disks or whole trees, or stop the machine. What uses sudo is asked about.
package jobs.no_destructive_shell

import rego.v1

# What to change: what is refused, and how it is called. A word is begun by a blank, a line end or
# one of ; & | ( ) ` $ { } or a quote.
refused := {
	"removes a whole tree from / or the home": `(^|[\s;&|()\x60'"{}])rm\s+(-\S+\s+|--\S+\s+)*["']?(/|~|\$HOME|\$\{HOME\})["']?(/?\*|/)?["']?([\s;&|)]|$)`,
	"formats a file system": `(^|[\s;&|()\x60'"/{}])(mkfs(\.\w+)?|mke2fs|wipefs)([\s;&|)]|$)`,
	"writes to a disk": `(\bof=|>\s*)/dev/(sd|hd|vd|xvd|nvme|mmcblk|disk)`,
	"stops the machine": `(^|[\s;&|()\x60'"/{}])(shutdown|reboot|poweroff|halt)([\s;&|)]|$)`,
	"changes rights or owners from / down": `(^|[\s;&|()\x60'"{}])(chmod|chown|chgrp)\s+(-\S+\s+|--\S+\s+)*(-\w*R\w*|--recursive)\s+(-\S+\s+|--\S+\s+)*\S+\s+["']?/["']?([\s;&|)]|$)`,
	"starts itself without end": `\(\)\s*\{[^}]*\|[^}]*&\s*\}`,
}

privileged := `(^|[\s;&|()\x60'"/{}])(sudo|doas|pkexec)([\s;&|)]|$)`

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
