"""Every model and every training loop of Pirouette; importable without gradio."""
