# METADATA
# title: Tools per agent
# description: Each agent may call the tools of its list and no other; agents without a list may call those that change nothing. Names may hold a *, which stands for anything.
package jobs.agent_tools

import rego.v1

# What to change: which agent may call what. Tools of an MCP server are SERVER_TOOL.
tools := {
	"ops": ["*"],
	"reporter": ["job_report", "system_health", "disk_usage"],
	"librarian": ["read_file", "files_*"],
}

default allow := false

allow if input.action != "tool"

allow if {
	some pattern in tools[input.agent.id]
	glob.match(pattern, [], input.tool.name)
}

allow if {
	not tools[input.agent.id]
	input.tool.read_only
}
