"""What the benchmark of the lake needs: its jobs on a cluster, their events, and documents with a skew."""
