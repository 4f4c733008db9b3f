"""What every part shares: errors, words, tables, time, shift arithmetic, rounding, random streams, trace. Knows no part."""
