"""Plots as inline SVG: told apart by shape, dash and direct labels, so that they read in black and white too."""

from rag.report.plots.curve import plot_curve
from rag.report.plots.latency import plot_latency
from rag.report.plots.marks import KINDS, key_mark
from rag.report.plots.trust import plot_coverage, plot_reliability
from rag.report.plots.whiskers import plot_whiskers

__all__ = ["KINDS", "key_mark", "plot_coverage", "plot_curve", "plot_latency", "plot_reliability", "plot_whiskers"]
