"""An agent of a kind of its own: says the prompt again, as often as its options want."""

from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import Output, Result, Task
from jobs_tui.models.agent import AgentInput


class Parrot(TextPrompts):
    """TextPrompts reads the prompt's {{ variables }}; the rest is below."""

    kind = "parrot"
    name = "Parrot"
    description = "Says the prompt again."

    def not_ready(self, agent: AgentInput) -> str:
        """Why it cannot work, in a sentence; empty when it can."""
        times = agent.options.get("times", 1)
        return "" if isinstance(times, int) else "options.times is not a whole number."

    async def run(self, task: Task, output: Output) -> Result:
        """Do the work: lines go to the output as they come, the result says how it ended."""
        text = self.readable(task.prompt, task.values)
        for _ in range(task.agent.options.get("times", 1)):
            await output.ready()
            output.line("agent", text)
        return Result("completed", result=text)
