"""Benchmarks of the roster engine on public instances: readers, engine and peers under equal budgets, recounted and checked."""
