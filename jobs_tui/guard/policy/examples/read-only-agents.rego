# METADATA
# title: Read-only agents
# description: Agents with the capability read-only, and those named here, may only call tools that change nothing; they may be no shell and no command agent, whose doings nobody sees.
package jobs.read_only_agents

import rego.v1

# What to change: agents by id, besides those with the capability.
named := {"auditor"}

restricted if input.agent.id in named

restricted if "read-only" in input.agent.capabilities

deny contains sprintf("%s changes things, and %s may only read", [input.tool.name, input.agent.id]) if {
	input.action == "tool"
	restricted
	not input.tool.read_only
}

deny contains sprintf("%s may only read, and nothing holds back a %s agent", [input.agent.id, input.agent.kind]) if {
	input.action in {"create", "update", "run"}
	restricted
	input.agent.kind in {"shell", "command"}
}
