"""hitmon on other engines, and its results as histograms.

- :mod:`hitmon.kernel`: the program's own counting, in parts
- :mod:`hitmon.dask`, :mod:`hitmon.spark`: pipelines on Dask and Spark
- :mod:`hitmon.results`: results as histograms, tables and pictures
- :mod:`hitmon.log`: which messages of a topic of results count
"""

__version__ = "0.1.0"
