"""The old address of folding and boundary; goes once nobody asks here."""

from services.analyzer.language.boundary import is_whole_word
from services.analyzer.language.folding import Folded, fold, fold_word

__all__ = ["Folded", "fold", "fold_word", "is_whole_word"]
