"""What tests of the ledger share and takes long to start."""

import shutil
from pathlib import Path

import pytest

from farthing.ledger.engine import engine

CLUSTER = "local-cluster[2,1,1024]"
# For little data: few parts, and no second look of Java's compiler at code that runs once.
SETTINGS = """
spark.sql.shuffle.partitions 2
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Spark with two worker processes, which write nothing into the folder where it is installed."""
    pyspark = pytest.importorskip("pyspark", reason="Spark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not there")
    home = tmp_path_factory.mktemp("spark")
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    (home / "conf").mkdir()
    (home / "conf" / "spark-defaults.conf").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_HOME", str(home))
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        started = engine(CLUSTER)
        yield started
        started.close()
