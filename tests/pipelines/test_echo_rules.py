"""Which reported model id is the approved one, as a table."""

import pytest

from governance.pipelines.echo import Approved, Reported, Verdict, hear

A, B = "ab" * 32, "cd" * 32
SAME, OTHER = Verdict.SAME, Verdict.OTHER


@pytest.mark.parametrize(
    ("approved", "version", "reported", "verdict"),
    [
        # the id itself
        ("gpt-4o-2024-11-20", "", "gpt-4o-2024-11-20", SAME),
        ("claude-3-5-sonnet-20241022", "", "claude-3-5-sonnet-20241022", SAME),
        # a request by a floating name that resolves to the approved id names it in the reply
        ("gpt-4o-2024-08-06", "", "gpt-4o-2024-08-06", SAME),
        ("gpt-4o-2024-08-06", "", "gpt-4o-2024-11-20", OTHER),
        ("gpt-4o-2024-08-06", "", "gpt-4o", OTHER),
        # a floating id that was approved says nothing about what it leads to
        ("gpt-4o", "", "gpt-4o-2024-11-20", OTHER),
        ("gpt-4o", "", "gpt-4o", SAME),
        # nothing is the same because it looks alike
        ("gpt-4o-2024-11-20", "", "gpt-4o-mini-2024-07-18", OTHER),
        ("gpt-4o-2024-11-20", "", "GPT-4O-2024-11-20", OTHER),
        ("gpt-4o-2024-11-20", "", "gpt-4o-2024-11-20-evil", OTHER),
        # Azure: the deployment names the version apart, the reply in one
        ("gpt-4o", "2024-11-20", "gpt-4o-2024-11-20", SAME),
        ("gpt-4o", "2024-11-20", "gpt-4o-2024-08-06", OTHER),
        ("gpt-4o", "2024-11-20", "gpt-4o", OTHER),
        # Bedrock: with the maker, a version, and perhaps the region of a profile
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "", "claude-3-5-sonnet-20241022", SAME),
        (
            "eu.anthropic.claude-3-5-sonnet-20241022-v2:0",
            "",
            "anthropic.claude-3-5-sonnet-20241022-v2:0",
            SAME,
        ),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "", "claude-3-5-sonnet-20240620", OTHER),
        # Google: with the path before it
        ("gemini-1.5-pro-002", "", "models/gemini-1.5-pro-002", SAME),
        ("publishers/google/models/gemini-1.5-pro-002", "", "gemini-1.5-pro-002", SAME),
        ("gemini-1.5-pro-002", "", "models/gemini-1.5-pro-001", OTHER),
        # Hugging Face, and what a deployment adds behind a semicolon
        ("meta-llama/Llama-3-8B", "a1b2c3", "meta-llama/Llama-3-8B@a1b2c3", SAME),
        ("auto;resolvedId=recorded", "", "auto", SAME),
    ],
)
def test_an_id_is_held_against_the_approved_one(approved, version, reported, verdict):
    heard = hear(Reported(reported, tasks=1), (Approved(approved, version),))

    assert heard.verdict == verdict
    assert bool(heard.key) == (verdict == OTHER)


def test_without_a_task_there_is_nothing_to_say():
    heard = hear(Reported("gpt-5", tasks=0), (Approved("gpt-4o-2024-11-20"),))

    assert (heard.verdict, heard.key) == (Verdict.NOTHING, "")


def test_where_nothing_approved_runs_there_is_nothing_to_compare():
    assert hear(Reported("gpt-5", tasks=9), ()).verdict == Verdict.UNKNOWN


def test_one_task_is_enough():
    heard = hear(Reported("gpt-5", tasks=1), (Approved("gpt-4o-2024-11-20"),))

    assert heard.words == "gpt-5 answered once; approved is gpt-4o-2024-11-20."
    assert heard.key == "model:gpt-5"


def test_a_canary_may_answer_beside_what_is_active():
    running = (Approved("a-1", digest=A), Approved("b-1", digest=B))

    assert hear(Reported("b-1", 5), running).verdict == SAME
    assert hear(Reported("b-1", 5, digest=B), running).verdict == SAME
    assert hear(Reported("b-1", 5, digest=A), running).verdict == OTHER


def test_a_bundle_that_is_not_active_is_another():
    heard = hear(Reported("a-1", 5, digest=B), (Approved("a-1", digest=A),))

    assert heard.verdict == OTHER
    assert heard.key == f"digest:{B}"


@pytest.mark.parametrize(
    ("approved", "reported", "verdict"),
    [("fp_1", "fp_1", SAME), ("fp_1", "fp_2", OTHER), ("", "fp_2", SAME), ("fp_1", "", SAME)],
)
def test_a_fingerprint_counts_where_both_name_one(approved, reported, verdict):
    running = (Approved("a-1", fingerprint=approved),)

    assert hear(Reported("a-1", 5, fingerprint=reported), running).verdict == verdict
