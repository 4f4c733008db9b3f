"""Large-scale roster engine on an abstract month: exact person-month programmes, bounds by duals, ruin and recreate. No tables, no names."""
