"""gta4j's transformers in PySpark: the Java classes under the same names.

The file lies in folders named as the Java package, since PySpark finds the Python class of a saved
stage by the name of its Java class. Its folder goes on the path of Python, and gta4j's jars on
Spark's (``--jars``)::

    from org.gta4j.spark import GtaGenerator

    answers = GtaGenerator(model="/models/model.gguf", inputCol="prompt", maxTokens=64).transform(prompts)

Parameters are those of the Java classes, whose names and meanings ``explainParams()`` prints.
"""

from pyspark.ml.param import Param, TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaTransformer

_CONVERTERS = {
    "BooleanParam": TypeConverters.toBoolean,
    "DoubleParam": TypeConverters.toFloat,
    "IntParam": TypeConverters.toInt,
    "LongParam": TypeConverters.toInt,
    "Param": TypeConverters.toString,
    "StringArrayParam": TypeConverters.toListString,
}


class _GtaTransformer(JavaTransformer, JavaMLReadable, JavaMLWritable):
    """A transformer whose parameters are read from its Java class."""

    def __init__(self, **params):
        super().__init__()
        self._java_obj = self._new_java_obj("org.gta4j.spark." + type(self).__name__, self.uid)
        for declared in self._java_obj.params():
            converter = _CONVERTERS[declared.getClass().getSimpleName()]
            setattr(self, declared.name(), Param(self, declared.name(), declared.doc(), converter))
        self._params = None  # they are listed again, with these
        self._transfer_params_from_java()
        self.set_params(**params)

    def set_params(self, **params):
        """Sets parameters by their names."""
        return self._set(**params)


class GtaGenerator(_GtaTransformer):
    """Has a model answer texts, or continue them."""


class GtaScorer(_GtaTransformer):
    """Computes how probable a model finds texts."""


class GtaTokenizer(_GtaTransformer):
    """Turns texts into a model's token ids."""


def register_functions(spark, model):
    """Registers gta_generate(text), gta_score(text) and gta_tokenize(text) in SQL."""
    spark._jvm.org.gta4j.spark.GtaFunctions.register(spark._jsparkSession, model)
