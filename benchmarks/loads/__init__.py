"""What `bench_load.py` compares the load with, and the files that it loads into."""
