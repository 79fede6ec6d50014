"""The prompt of a task, built in or your own."""

from __future__ import annotations

from collections.abc import Collection

from prompts.prompt import TASKS, Prompt

_INPUTS = {
    "fields": "{{ fields | facts(' | ') }}",
    "question": "{{ question }}",
    "text": "{{ text }}",
    "input": "{{ input }}",
}


def prompt_for(task: str, values: Collection[str] = ("input",)) -> Prompt:
    """Return a task's prompt: the built-in one, or for your own task its name as prefix before the row's values.

    `values` names the values of the rows: "fields", "question", "text" or "input"; passages follow it.
    """
    if task in TASKS:
        return Prompt.load(task)
    body = next((template for name, template in _INPUTS.items() if name in values), "")
    passages = "{% for passage in passages %} {{ passage.text }}{% endfor %}"
    return Prompt(
        task,
        {
            "text2text": f"{task}: {body}{passages}",
            "completion": f"{body}{passages}\n\n{task}:",
            "chat": f"{{% block user %}}{task}: {body}{passages}{{% endblock %}}",
        },
    )
