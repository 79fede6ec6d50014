"""How do I use Openbook in a LangChain chain? Retriever, prompt and generator by LangChain's pipe."""

from pathlib import Path
from tempfile import mkdtemp

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from rag import Config
from rag.langchain import OpenbookRetriever, PipelineRunnable

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents" / "handbook"

config = Config().override("store", path=mkdtemp() + "/store")
config.index().sync([DOCUMENTS])
retriever = OpenbookRetriever(retriever=config.retriever(), k=2)

# Our retriever in a chain of LangChain's own parts (the last step would be your chat model) ...
join = RunnableLambda(lambda documents: "\n".join(document.page_content for document in documents))
prompt = PromptTemplate.from_template("Context: {context}\nQuestion: {question}")
chain = {"context": retriever | join, "question": RunnablePassthrough()} | prompt | (lambda p: p.to_string())
print((chain | StrOutputParser()).invoke("How many weeks off are there for the adoption of a child?")[:300])

# ... or the whole pipeline, citations included, as one step.
answer = PipelineRunnable(config.pipeline()).invoke("How many weeks off are there for the adoption of a child?")
print(answer.text, [citation.text for citation in answer.citations])
