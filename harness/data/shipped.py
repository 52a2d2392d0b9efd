"""The data sets that come with the harness: where each is from, and how its file is read.

The files lie beside this module; ``README.md`` there has their origins and licences.
"""

from dataclasses import dataclass, replace

from harness.data.dataset import Task


@dataclass(frozen=True)
class Shipped:
    """What is known of one data set: where its file is, what it must be, how it is read."""

    task: Task
    file: str  # beside this module
    sha256: str
    rows: int  # after rows with a missing value in a column used are dropped
    numeric: str  # columns, written as in the header of a CSV file
    target: str
    unit: str
    source: str
    note: str
    one_hot: tuple[tuple[str, tuple[str, ...]], ...] = ()  # columns and their categories
    class_names: tuple[str, ...] = ()  # a file writes a class as its name or as its index in this tuple
    sizes_line: bool = False  # scikit-learn's CSV files open with a line of sizes
    header: bool = True  # without one, the columns are the numeric ones and the target

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the numeric columns."""
        return tuple(self.numeric.split(","))


_PENGUINS = Shipped(
    task="classification",
    file="penguins.csv",
    sha256="f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
    rows=333,
    numeric="bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g",
    one_hot=(("island", ("Biscoe", "Dream", "Torgersen")), ("sex", ("female", "male"))),
    target="species",
    unit="class",
    class_names=("Adelie", "Chinstrap", "Gentoo"),
    source="palmerpenguins 0.1.6, data/penguins.csv: Gorman, Williams, Fraser (2014), PLOS ONE 9(3), e90081.",
    note="Data CC0 (Horst, Hill and Gorman 2020), package MIT. The study year is left out; 333 of 344 rows "
    "have a value in every column used.",
)
_IRIS = Shipped(
    task="classification",
    file="iris.csv",
    sha256="f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
    sizes_line=True,
    header=False,
    rows=150,
    numeric="sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)",
    target="species",
    unit="class",
    class_names=("setosa", "versicolor", "virginica"),
    source="scikit-learn 1.9.1, datasets/data/iris.csv: Fisher (1936), Annals of Eugenics 7(2), 179-188.",
    note="Shipped by scikit-learn under BSD-3-Clause. As in Fisher's paper and in R; the copy in the UCI "
    "repository has two wrong data points; one row stands twice.",
)
SHIPPED: dict[str, Shipped] = {
    "penguins": _PENGUINS,
    "penguins-numeric": replace(
        _PENGUINS,
        rows=342,
        one_hot=(),
        note="Data CC0 (Horst, Hill and Gorman 2020), package MIT. The four measurements only; 342 of 344 "
        "rows have all four, nine more than in the set with island and sex.",
    ),
    "wine": replace(
        _IRIS,
        file="wine_data.csv",
        sha256="10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede",
        rows=178,
        numeric="alcohol,malic_acid,ash,alcalinity_of_ash,magnesium,total_phenols,flavanoids,nonflavanoid_phenols,"
        "proanthocyanins,color_intensity,hue,od280/od315_of_diluted_wines,proline",
        target="cultivar",
        class_names=("class_0", "class_1", "class_2"),
        source="scikit-learn 1.9.1, datasets/data/wine_data.csv: Forina et al. (1988), PARVUS, by way of the "
        "UCI Machine Learning Repository.",
        note="Shipped by scikit-learn under BSD-3-Clause. The three cultivars are not named in the file.",
    ),
    "iris": _IRIS,
    "auto-mpg": Shipped(
        task="regression",
        file="cars.json",
        sha256="f686a53678b21f4231e2f6a5ba7ce5761d9d39204fccdea1caa29fb8c460e319",
        rows=392,
        numeric="cylinders,displacement,horsepower,weight_in_lbs,acceleration,model_year",
        one_hot=(("origin", ("Europe", "Japan", "USA")),),
        target="miles_per_gallon",
        unit="miles per gallon",
        source="vega_datasets 0.9.0, _data/cars.json: Donoho and Ramos (1982), PRIMDATA, StatLib; used "
        "by Quinlan (1993), Combining Instance-Based and Model-Based Learning.",
        note="Package MIT. 392 of 406 rows are complete. This file has no model year 81: its 58 complete "
        "cars of year 82 are those of 81 and 82 in the UCI copy, so model_year is coarser here than there.",
    ),
    "boston": Shipped(
        task="regression",
        file="boston_house_prices.csv",
        sha256="d98212636026544fc9b9c0f372e5f819872e6fa6fa757ab025efdda22180f2d6",
        sizes_line=True,
        rows=506,
        numeric="CRIM,ZN,INDUS,CHAS,NOX,RM,AGE,DIS,RAD,TAX,PTRATIO,B,LSTAT",
        target="MEDV",
        unit="1000 USD (median value of owner-occupied homes)",
        source="harness/data/boston_house_prices.csv, from scikit-learn 1.1.3: Harrison, Rubinfeld (1978), "
        "J. Environ. Econ. Manage. 5, 81-102; Belsley, Kuh, Welsch (1980), Regression Diagnostics; StatLib.",
        note="Licence and caveats in harness/data/README.md. Column B assumes that house prices depend on "
        "the proportion of Black residents; scikit-learn removed the set in 1.2 for it. 16 rows have a MEDV of "
        "exactly 50.",
    ),
}
