"""The prompt of a task, built in or of one's own."""

from __future__ import annotations

from collections.abc import Collection

from prompts.prompt import TASKS, Prompt


def prompt_for(task: str, values: Collection[str] = ("input",)) -> Prompt:
    """Return a task's prompt: the built-in one, or for a task of your own its name as prefix before the row's values.

    `values` names what rows have: "fields", "question", "text" or "input"; passages follow it.
    """
    if task in TASKS:
        return Prompt.load(task)
    shown = next((shown for name, shown in _SHOWN.items() if name in values), "")
    passages = "{% for passage in passages %} {{ passage.text }}{% endfor %}"
    return Prompt(
        task,
        {
            "text2text": f"{task}: {shown}{passages}",
            "completion": f"{shown}{passages}\n\n{task}:",
            "chat": f"{{% block user %}}{task}: {shown}{passages}{{% endblock %}}",
        },
    )


_SHOWN = {
    "fields": "{{ fields | facts(' | ') }}",
    "question": "{{ question }}",
    "text": "{{ text }}",
    "input": "{{ input }}",
}
